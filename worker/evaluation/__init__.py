"""How far do extracted positions agree with an annotation? Gold articles, names, matching, figures."""
