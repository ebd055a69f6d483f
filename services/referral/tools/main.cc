// Prints docs/referral-states.md.
#include <cstdio>

#include "services/referral/tools/print_table.h"

int main() {
  const std::string document = nwd::referral::StatesDocument();
  return std::fwrite(document.data(), 1, document.size(), stdout) == document.size() ? 0 : 1;
}
