// SPDX-License-Identifier: GPL-2.0-or-later
// What a bridge wishes for a VLAN, whatever it is told by. Values.
#pragma once

namespace fos1::bridge {

enum class Wish {
    Unknown = 0,
    Tell,      ///< clients are told
    Withhold,  ///< clients are not told
    Keep,      ///< whatever is told of ours stays as it is
};

/// What happens to what clients are told while the time is not fit for use.
enum class OnLoss { Unknown = 0, Withdraw, Keep };

/// The same when the plugin stops.
enum class OnStop { Unknown = 0, Withdraw, Keep };

}  // namespace fos1::bridge
