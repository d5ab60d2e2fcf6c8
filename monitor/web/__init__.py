"""The pages: HTTP in, a flow, a document out. No rules, no SQL, and nothing that fetches."""
