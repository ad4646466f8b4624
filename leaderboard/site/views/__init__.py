"""Words, choices and sentences of the pages, without markup."""
