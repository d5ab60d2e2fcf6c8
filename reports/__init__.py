"""What people read: a view goes in, a document comes out."""
