"""Documents as Python functions: what graphql-core would answer, for the price of writing the answer down by hand.

One function is generated for a document that is published, from the document and the schema alone. It knows which
fields of which types are asked, so nothing is looked up when it runs. Whatever is rare (an error, a value of another
type than expected, a person who sees less) goes to the library's own code, so that it stays the library's answer;
whatever cannot be known beforehand is not compiled at all, with a reason.

    fitness     which documents are compiled, and why others are not
    places      one field at one place of the document
    arguments   what a field is given
    fetching    how a field's value is got
    values      how a value becomes a part of the answer
    running     what one request carries, and what it does where something is wrong
    emitting    the source of the function
    document    `compiled`: the front door
"""
