# Files that are part of a program, so that it depends on no path where it runs.
#
# lazaret_templates(TARGET FUNCTION FOLDER): compiles the templates of FOLDER (*.html and *.txt) into
# TARGET, which gets
#
#     const std::vector<lazaret::Templates::Source>& FUNCTION();
#
# FUNCTION may be qualified, as in lazaret::report::built_in_templates: declare it in a header of the
# folder that uses it. A changed template compiles TARGET again, a new one is found by itself.
function(lazaret_templates target function folder)
    file(GLOB templates CONFIGURE_DEPENDS ${folder}/*.html ${folder}/*.txt)
    list(SORT templates)
    string(MAKE_C_IDENTIFIER "${function}" name)
    set(made ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    add_custom_command(OUTPUT ${made}
        COMMAND ${CMAKE_COMMAND} "-DMADE=${made}" "-DFUNCTION=${function}" "-DFILES=${templates}"
                -DTYPE=lazaret::Templates::Source -DHEADER=base/html/templates.hpp
                -P ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
        DEPENDS ${templates} ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
        COMMENT "Building the templates of ${target} into it" VERBATIM)
    target_sources(${target} PRIVATE ${made})
    target_link_libraries(${target} PUBLIC lazaret_html)
endfunction()

# lazaret_catalogues(TARGET FUNCTION PO...): the same for gettext catalogues, compiled by msgfmt; the
# target has std::vector<lazaret::Catalogue> FUNCTION(), whose names are `fr.mo`, ...
function(lazaret_catalogues target function)
    find_program(MSGFMT msgfmt REQUIRED)
    string(MAKE_C_IDENTIFIER "${function}" name)
    set(made ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
    set(catalogues "")
    foreach(po IN LISTS ARGN)
        get_filename_component(language ${po} NAME_WE)
        set(mo ${CMAKE_CURRENT_BINARY_DIR}/${language}.mo)
        add_custom_command(OUTPUT ${mo}
            COMMAND ${MSGFMT} --check-format --check-domain --output-file=${mo} ${po}
            DEPENDS ${po} VERBATIM)
        list(APPEND catalogues ${mo})
    endforeach()
    add_custom_command(OUTPUT ${made}
        COMMAND ${CMAKE_COMMAND} "-DMADE=${made}" "-DFUNCTION=${function}" "-DFILES=${catalogues}"
                -DTYPE=lazaret::Catalogue -DHEADER=base/words/catalogues.hpp
                -P ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
        DEPENDS ${catalogues} ${CMAKE_SOURCE_DIR}/cmake/embed_files.cmake
        COMMENT "Building the catalogues into ${target}" VERBATIM)
    target_sources(${target} PRIVATE ${made})
endfunction()
