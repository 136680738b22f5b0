from prefect import flow, task
import pandas as pd

@task
def extract_sage_data():
    # Connect to Sage and extract transaction data
    return pd.read_csv('sage_export.csv')

@task
def transform_data(raw_data):
    # Clean and transform the data
    df = pd.DataFrame(raw_data)
    df['amount'] = pd.to_numeric(df['amount'])
    return df

@task
def load_to_warehouse(clean_data):
    # Load into PostgreSQL warehouse
    clean_data.to_sql('transactions', engine, if_exists='append')

@flow
def sage_etl_flow():
    raw = extract_sage_data()
    clean = transform_data(raw)
    load_to_warehouse(clean)

# Run the flow
sage_etl_flow()
