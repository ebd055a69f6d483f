// Returning early on an error, without a page of ifs.
//
//   NWD_RETURN_IF_ERROR(Validate(request));
//   NWD_ASSIGN_OR_RETURN(Person person, people.Get(txn, id));
//
// The CO_ forms do the same inside a coroutine.
#pragma once

#include <utility>

#define NWD_CONCAT_INNER_(a, b) a##b
#define NWD_CONCAT_(a, b) NWD_CONCAT_INNER_(a, b)

#define NWD_RETURN_IF_ERROR_WITH_(keyword, expression) \
  do {                                                 \
    auto nwd_status_ = (expression);                   \
    if (!nwd_status_.ok()) [[unlikely]]                \
      keyword nwd_status_;                             \
  } while (false)

#define NWD_ASSIGN_OR_RETURN_WITH_(keyword, result, target, expression) \
  auto result = (expression);                                           \
  if (!result.ok()) [[unlikely]]                                        \
    keyword std::move(result).status();                                 \
  target = *std::move(result)

#define NWD_RETURN_IF_ERROR(expression) NWD_RETURN_IF_ERROR_WITH_(return, expression)
#define NWD_CO_RETURN_IF_ERROR(expression) NWD_RETURN_IF_ERROR_WITH_(co_return, expression)
#define NWD_ASSIGN_OR_RETURN(target, expression) \
  NWD_ASSIGN_OR_RETURN_WITH_(return, NWD_CONCAT_(nwd_result_, __LINE__), target, expression)
#define NWD_CO_ASSIGN_OR_RETURN(target, expression) \
  NWD_ASSIGN_OR_RETURN_WITH_(co_return, NWD_CONCAT_(nwd_result_, __LINE__), target, expression)
