"""What the routes of artifacts, variables, blocks and saved searches read."""

from __future__ import annotations

from prefect.wire.base import Body, NonNegativeInteger, PageLimit
from prefect.wire.filters.artifacts import ArtifactCollectionFilter, ArtifactFilter
from prefect.wire.filters.blocks import BlockDocumentFilter, BlockSchemaFilter, BlockTypeFilter
from prefect.wire.filters.sorting import ArtifactCollectionSort, ArtifactSort, BlockDocumentSort, VariableSort
from prefect.wire.filters.variables import VariableFilter
from prefect.wire.requests.related import RelatedToRuns


class ArtifactsFilterBody(RelatedToRuns):
    """Which artifacts, in which order, from which on."""

    artifacts: ArtifactFilter | None = None
    sort: ArtifactSort = ArtifactSort.ID_DESC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class ArtifactsCountBody(RelatedToRuns):
    """Which artifacts to count."""

    artifacts: ArtifactFilter | None = None


class LatestArtifactsFilterBody(RelatedToRuns):
    """Which newest artifacts, in which order, from which on."""

    artifacts: ArtifactCollectionFilter | None = None
    sort: ArtifactCollectionSort = ArtifactCollectionSort.ID_DESC
    limit: PageLimit = None
    offset: NonNegativeInteger = 0


class LatestArtifactsCountBody(RelatedToRuns):
    """Which newest artifacts to count."""

    artifacts: ArtifactCollectionFilter | None = None


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
