"""Where the paper lies on the glass, how it leans and which way is up."""
