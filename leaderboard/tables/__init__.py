"""What a page draws as text, real HTML tables and words: frames and names in, markup out. Knows no Streamlit and no SQL."""
