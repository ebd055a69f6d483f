# Fails where PAGE is not what PROGRAM, given ARGUMENTS, prints.
execute_process(COMMAND ${PROGRAM} ${ARGUMENTS} OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
file(READ ${PAGE} kept)
if(NOT printed STREQUAL kept)
  message(FATAL_ERROR "${PAGE} is out of date; write it anew with: ${PROGRAM} ${ARGUMENTS} > ${PAGE}")
endif()
