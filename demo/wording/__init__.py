"""Every text a visitor can see, in English and in simplified Chinese."""
