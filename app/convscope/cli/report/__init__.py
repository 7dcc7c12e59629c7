"""`convscope report`: what a run did and learned, as one page that needs nothing beside it."""
