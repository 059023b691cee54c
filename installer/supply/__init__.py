"""What a build is made of: locks, lists of parts, licences, archives that come out the same twice."""
