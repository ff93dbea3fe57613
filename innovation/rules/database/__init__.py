"""Django's PostgreSQL, whose connections are given up while the database hangs (settings: ENGINE)."""
