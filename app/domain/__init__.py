"""The pure core: vocabulary, arithmetic and readings. No SQL, no web; scipy is imported where it is used."""
