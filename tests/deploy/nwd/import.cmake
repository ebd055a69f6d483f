# A feed with a broken page, a page too large and a broken service: the rest is imported, what is broken is listed with
# file, index and field.
function(nwd expected_code)
  execute_process(COMMAND ${NWD} ${ARGN} OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE code)
  set(output "${output}${errors}" PARENT_SCOPE)
  if(NOT code EQUAL expected_code)
    execute_process(COMMAND ${NWD} hub down --folder ${FOLDER}/hub OUTPUT_QUIET ERROR_QUIET)
    message(FATAL_ERROR "nwd ${ARGN}: expected exit code ${expected_code}, saw ${code}: ${output}${errors}")
  endif()
endfunction()
function(expect words)
  string(FIND "${output}" "${words}" found)
  if(found EQUAL -1)
    execute_process(COMMAND ${NWD} hub down --folder ${FOLDER}/hub OUTPUT_QUIET ERROR_QUIET)
    message(FATAL_ERROR "expected \"${words}\" in: ${output}")
  endif()
endfunction()

execute_process(COMMAND ${NWD} hub down --folder ${FOLDER}/hub OUTPUT_QUIET ERROR_QUIET)  # of a run that was cut off
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER}/feed)
file(WRITE ${FOLDER}/feed/services-1.json [=[{"contents": [
  {"id": "aaaaaaaa-0000-4000-8000-000000000001", "name": "English classes"},
  {"id": "aaaaaaaa-0000-4000-8000-000000000002"},
  {"id": "aaaaaaaa-0000-4000-8000-000000000003", "name": "Debt advice", "minimum_age": -1}]}]=])
file(WRITE ${FOLDER}/feed/services-2.json "<html>504 Gateway Time-out</html>")
string(REPEAT " " 4000001 blank)
file(WRITE ${FOLDER}/feed/services-3.json "${blank}")
file(WRITE ${FOLDER}/feed/services-4.json [=[{"contents": [
  {"id": "aaaaaaaa-0000-4000-8000-000000000004", "name": "Job club"}]}]=])

nwd(0 hub up --folder ${FOLDER}/hub --any-ports)
nwd(0 import ${FOLDER}/feed --feed broken --hub ${FOLDER}/hub)
expect("3 created, 0 updated, 0 unchanged, 0 missing, 0 deactivated, 1 left out")
expect("4 problems:")
expect("services-1.json [1] name: must be there and not empty (left out)")
expect("services-1.json [2] minimum_age: is not an age")
expect("services-2.json: the page is not JSON")
expect("services-3.json: the page is larger than the 4000000 bytes a page may have")
nwd(0 import ${FOLDER}/feed --feed broken --hub ${FOLDER}/hub --json)
string(REGEX MATCH "{.*}" report "${output}")
string(JSON unchanged GET "${report}" unchanged)
string(JSON field GET "${report}" problems 0 field)
if(NOT unchanged EQUAL 3 OR NOT field STREQUAL "name")
  message(SEND_ERROR "expected 3 unchanged and the first problem's field to be name, saw: ${report}")
endif()
nwd(0 hub down --folder ${FOLDER}/hub)
