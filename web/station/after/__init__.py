"""The pages for what comes after: delivery, supplements, what a citizen asks, the end of one."""
