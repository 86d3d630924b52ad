"""From a Matplotlib figure to what a page shows: SVG, films of frames, kept layout, words."""
