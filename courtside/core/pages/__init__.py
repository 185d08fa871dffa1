"""What every page shares: markup that is escaped by construction, the document, its style, charts' frames, wording."""
