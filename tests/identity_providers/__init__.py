"""Identity providers from the package registries, on loopback; they can be made to answer wrongly."""
