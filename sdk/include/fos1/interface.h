// SPDX-License-Identifier: MIT
// The root of every interface that crosses the plugin boundary, and the codes that its calls return.
#pragma once

#include <QtGlobal>

#include "fos1/version.h"

namespace fos1 {

/// Base of all interfaces reached through query(). An interface inherits it singly, so a static_cast of the pointer
/// that query() returns to the interface of that IID is exact.
class FOS1_SDK_EXPORT IInterface {
   public:
    IInterface() = default;
    IInterface(const IInterface&) = delete;
    IInterface& operator=(const IInterface&) = delete;
    virtual ~IInterface();
};

/// The result of a call of the host. Calls never block and never throw.
enum class Status : int {
    Unknown = 0,
    Ok = 1,
    WrongThread = 2,      ///< not called on the plugin's home thread
    NotPermitted = 3,     ///< the plugin's metadata does not grant this
    InvalidArgument = 4,  ///< malformed argument; nothing was changed
    TooLarge = 5,         ///< exceeds a limit (payload, label cardinality …); nothing was changed
    NotFound = 6,
};

/// The outcome of an asynchronous operation; the `code` of IHost::complete().
enum class Outcome : int {
    Unknown = 0,
    Ok = 1,      ///< done; the desired state is in force
    Retry = 2,   ///< not done, to be retried (after retryAfterMs, or the host's back-off when that is 0)
    Failed = 3,  ///< not done; a retry cannot succeed until the desired state changes
};

/// Names one reconcile, stop or write. Valid until it is completed, exactly once.
using Ticket = quint64;

}  // namespace fos1
