"""What every Linux package of the program holds beside it: menu entry, icons, types of files, pages of man, completion."""
