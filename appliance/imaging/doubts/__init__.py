"""What a clerk would ask about a page: is it blank, is it whole, can it be read?"""
