"""What people and other systems send is a bomb, an attack or nonsense."""
