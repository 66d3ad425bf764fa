// SPDX-License-Identifier: MIT
// Status of objects and of the plugin itself, as conditions (Kubernetes API conventions) and fields.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

/// `object` names what the status belongs to: `{apiVersion, kind, namespace, name}`, or an empty map for the
/// plugin itself. A plugin speaks of objects of the kinds that it reconciles, a source of desired state of all; others
/// are NotPermitted. Status of an object that is gone is NotFound.
class FOS1_SDK_EXPORT IStatus : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.Status/1";
    ~IStatus() override;

    /// `condition` is `{type, status: "True"|"False"|"Unknown", reason, message, observedGeneration}`. The host
    /// sets lastTransitionTime, and only when `status` changes.
    virtual int setCondition(const QCborMap& object, const QCborMap& condition) = 0;

    virtual int removeCondition(const QCborMap& object, const QString& type) = 0;

    /// Replaces all status fields but the conditions.
    virtual int setFields(const QCborMap& object, const QCborMap& fields) = 0;
};

}  // namespace fos1
