// SPDX-License-Identifier: MIT
// Status of objects and of the plugin itself, as conditions (Kubernetes API conventions) and fields.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

/// `object` names the owner of the status: `{apiVersion, kind, namespace, name}`, or an empty map for the plugin
/// itself. A plugin sets status of objects of the kinds that it reconciles; a source of desired state sets status of
/// any object. Other objects are NotPermitted. Status of a removed object is NotFound.
class FOS1_SDK_EXPORT IStatus : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.Status/1";
    ~IStatus() override;

    /// `condition` is `{type, status: "True"|"False"|"Unknown", reason, message, observedGeneration}`. The host sets
    /// lastTransitionTime, and changes it only when `status` changes.
    virtual int setCondition(const QCborMap& object, const QCborMap& condition) = 0;

    virtual int removeCondition(const QCborMap& object, const QString& type) = 0;

    /// Replaces all status fields except the conditions.
    virtual int setFields(const QCborMap& object, const QCborMap& fields) = 0;
};

}  // namespace fos1
