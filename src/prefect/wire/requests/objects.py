"""What the routes of artifacts, variables, blocks and saved searches read."""

from __future__ import annotations

from prefect.wire.base import Body, NonNegativeInteger, PageLimit
from prefect.wire.filters.artifacts import ArtifactCollectionFilter, ArtifactFilter
from prefect.wire.filters.blocks import BlockDocumentFilter, BlockSchemaFilter, BlockTypeFilter
from prefect.wire.filters.deployments import DeploymentFilter
from prefect.wire.filters.flow_runs import FlowRunFilter
from prefect.wire.filters.flows import FlowFilter
from prefect.wire.filters.sorting import ArtifactCollectionSort, ArtifactSort, BlockDocumentSort, VariableSort
from prefect.wire.filters.task_runs import TaskRunFilter
from prefect.wire.filters.variables import VariableFilter


class ArtifactsFilterBody(Body):
    """Which artifacts, in which order, from which on."""

    artifacts: ArtifactFilter | None = None
    flows: FlowFilter | None = None
    flow_runs: FlowRunFilter | None = None
    task_runs: TaskRunFilter | None = None
    deployments: DeploymentFilter | None = None
    sort: ArtifactSort = ArtifactSort.ID_DESC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class ArtifactsCountBody(Body):
    """Which artifacts to count."""

    artifacts: ArtifactFilter | None = None
    flows: FlowFilter | None = None
    flow_runs: FlowRunFilter | None = None
    task_runs: TaskRunFilter | None = None
    deployments: DeploymentFilter | None = None


class LatestArtifactsFilterBody(Body):
    """Which newest artifacts, in which order, from which on."""

    artifacts: ArtifactCollectionFilter | None = None
    flows: FlowFilter | None = None
    flow_runs: FlowRunFilter | None = None
    task_runs: TaskRunFilter | None = None
    deployments: DeploymentFilter | None = None
    sort: ArtifactCollectionSort = ArtifactCollectionSort.ID_DESC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class LatestArtifactsCountBody(Body):
    """Which newest artifacts to count."""

    artifacts: ArtifactCollectionFilter | None = None
    flows: FlowFilter | None = None
    flow_runs: FlowRunFilter | None = None
    task_runs: TaskRunFilter | None = None
    deployments: DeploymentFilter | None = None


class VariablesFilterBody(Body):
    """Which variables, in which order, from which on."""

    variables: VariableFilter | None = None
    sort: VariableSort = VariableSort.NAME_ASC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class VariablesCountBody(Body):
    """Which variables to count."""

    variables: VariableFilter | None = None


class BlockTypesFilterBody(Body):
    """Which block types, from which on."""

    block_schemas: BlockSchemaFilter | None = None
    block_types: BlockTypeFilter | None = None
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class BlockSchemasFilterBody(Body):
    """Which block schemas, from which on."""

    block_schemas: BlockSchemaFilter | None = None
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class BlockDocumentsFilterBody(Body):
    """Which blocks, in which order, from which on."""

    block_documents: BlockDocumentFilter | None = None
    block_schemas: BlockSchemaFilter | None = None
    block_types: BlockTypeFilter | None = None
    include_secrets: bool = False
    sort: BlockDocumentSort | None = BlockDocumentSort.NAME_ASC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class BlockDocumentsCountBody(Body):
    """Which blocks to count."""

    block_documents: BlockDocumentFilter | None = None
    block_schemas: BlockSchemaFilter | None = None
    block_types: BlockTypeFilter | None = None


class SavedSearchesFilterBody(Body):
    """Which saved searches, from which on."""

    limit: PageLimit = None
    offset: NonNegativeInteger = 0
