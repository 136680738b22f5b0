from prefect import task, flow
from prefect.tasks import task_input_hash
from datetime import timedelta

@task(retries=3, retry_delay_seconds=60)
def extract_from_api(api_endpoint):
    response = requests.get(api_endpoint)
    response.raise_for_status()
    return response.json()

@task(cache_key_fn=task_input_hash, cache_expiration=timedelta(hours=1))
def process_large_dataset(data):
    # Expensive processing - cache results
    return expensive_transform(data)

@flow
def robust_etl():
    try:
        data = extract_from_api("https://api.sage.com/transactions")
        processed = process_large_dataset(data)
        load_to_warehouse(processed)
    except Exception as e:
        logger.error(f"ETL failed: {e}")
        # Send notification
        raise
