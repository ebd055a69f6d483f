#include "common/async/executor.h"

namespace nwd::async {
namespace {
thread_local Executor* current = nullptr;
}  // namespace

Executor* Executor::Current() { return current; }

Executor::Scope::Scope(Executor* executor) : previous_(current) { current = executor; }
Executor::Scope::~Scope() { current = previous_; }

}  // namespace nwd::async
