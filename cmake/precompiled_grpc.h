// The same, with gRPC: for the few libraries that may know it.
#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "cmake/precompiled.h"
