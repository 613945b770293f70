"""What people say about advisories and products: VEX documents read, held against an audit, and written."""
