"""What the public sees: from a verified release to pages, files and an API. It never imports the offline side."""
