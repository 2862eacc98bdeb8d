def show(settings):
    return ()
