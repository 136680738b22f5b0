def isiterable(o): return isinstance(o,(list,tuple,range,set)) or (hasattr(o,'__iter__') and not isinstance(o,(str,bytes)))
def visit_collection(expr, visit_fn, return_data=False, max_depth=-1, context=None, remove_annotations=False):
    if isinstance(expr,(list,tuple,set)):
        return type(expr)(visit_collection(x,visit_fn) for x in expr)
    if isinstance(expr,dict): return {k:visit_collection(v,visit_fn) for k,v in expr.items()}
    return visit_fn(expr)
