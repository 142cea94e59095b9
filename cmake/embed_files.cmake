# cmake -DMADE=FILE.cpp -DFUNCTION=NAME -DFILES=A;B -DTYPE=T -DHEADER=H -P embed_files.cmake
# Writes a source with `const std::vector<T>& NAME()`, an element {name, bytes} for each file. As
# arrays of numbers: no compiler limits their length, and nothing in a file can end them early.
set(arrays "")
set(rows "")
set(index 0)
foreach(file IN LISTS FILES)
    get_filename_component(name ${file} NAME)
    file(READ ${file} bytes HEX)
    string(LENGTH "${bytes}" digits)
    math(EXPR size "${digits} / 2")
    string(REGEX REPLACE "(................................)" "\\1\n    " bytes "${bytes}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
    string(APPEND arrays "const char file_${index}[] = {\n    ${bytes}'\\0'};\n")
    string(APPEND rows "        {\"${name}\", {file_${index}, ${size}}},\n")
    math(EXPR index "${index} + 1")
endforeach()
string(REGEX REPLACE "::[^:]*$" "" namespace "${FUNCTION}")
if(namespace STREQUAL FUNCTION)
    set(declaration "const std::vector<${TYPE}>& ${FUNCTION}();")
else()
    string(REGEX REPLACE "^.*::" "" function "${FUNCTION}")
    set(declaration "namespace ${namespace} {\nconst std::vector<${TYPE}>& ${function}();\n}")
endif()
file(WRITE ${MADE} "// Made by cmake/embed_files.cmake.
#include \"${HEADER}\"

#include <vector>

namespace {
${arrays}}  // namespace

${declaration}

const std::vector<${TYPE}>& ${FUNCTION}()
{
    static const std::vector<${TYPE}> files = {
${rows}    };
    return files;
}
")
