# directory_library(NAME [LINKS…]): one static library of all sources of this directory.
function(directory_library name)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC project_options ${ARGN})
endfunction()
