// SPDX-License-Identifier: GPL-2.0-or-later
// The plugins' own checks of objects, without a host: loads a plugin and calls its validator, but never starts it.
#pragma once

#include <QCborMap>
#include <QString>
#include <map>
#include <memory>
#include <vector>

#include "fos1/features/validator.h"
#include "fos1/result.h"

class QPluginLoader;

namespace fos1::ctl {

class PluginValidators {
   public:
    explicit PluginValidators(QString directory);
    ~PluginValidators();
    PluginValidators(const PluginValidators&) = delete;
    PluginValidators& operator=(const PluginValidators&) = delete;

    /// The validator of "group/version/Kind"; loads its plugin on first use. Null when no plugin checks this kind.
    IValidator* find(const QString& kind);

    /// Plugins that could not be loaded.
    [[nodiscard]] const Errors& errors() const { return m_errors; }

   private:
    IValidator* load(const QString& kind);

    QString m_directory;
    std::map<QString, IValidator*> m_validators;
    std::vector<std::unique_ptr<QPluginLoader>> m_loaders;
    Errors m_errors;
};

/// The mistakes that `validator` finds in an admitted `object`.
Errors validate(IValidator& validator, const QCborMap& object);

}  // namespace fos1::ctl
