@task
def validate_sage_data(data):
    # Check data quality
    assert len(data) > 0, "No data received"
    return data

@task
def update_dimensions(data):
    # Update customer, project, account dimensions
    pass

@flow
def full_etl_pipeline():
    raw_data = extract_sage_data()
    validated = validate_sage_data(raw_data)

    # Parallel processing
    transformed = transform_data(validated)
    dimensions_updated = update_dimensions(validated)

    # Load depends on both transforms completing
    load_to_warehouse(transformed, wait_for=[dimensions_updated])
