"""What pages share of Streamlit: the visit, its address, filters, header, notices and states."""
