"""Every text a person reads, in English and Simplified Chinese, free of Qt."""
