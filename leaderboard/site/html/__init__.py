"""What a page draws as tables and words: frames and names in, markup out. Knows no Streamlit and no SQL."""
