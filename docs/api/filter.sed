# The comments of the headers, as Doxygen wants to have them marked: the first one is the file's, one
# behind code belongs to what stands before it, and others to what follows.
1s|^/\*|/** @file\n *|
s|^\( *\)/\* ----.*||
s|^\( *\)/\* |\1/** |
s|\([^ ].*\) /\* |\1 /**< |
