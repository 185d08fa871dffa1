"""From a table of features to four evaluated models; scikit-learn and the boosters, no tracking server."""
