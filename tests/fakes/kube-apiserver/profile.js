// SPDX-License-Identifier: GPL-2.0-or-later
// Differences between the two versions of the API server that we have recordings of.
'use strict';

const profiles = {
    '1.20': {
        version: {
            major: '1', minor: '20', gitVersion: 'v1.20.15', gitCommit: '8f1e5bf0b9729a899b8df86249b56e2c74aebc55',
            gitTreeState: 'clean', buildDate: '1970-01-01T00:00:00Z', goVersion: 'go1.15.15', compiler: 'gc',
            platform: 'linux/amd64',
        },
        celRules: false,
        fieldValidation: false,
        sendInitialEvents: false,
        openapiV3: false,
        /// Whether the paths of schema errors contain the index of list items.
        indexInPaths: false,
        typeInvalid: false,
        /// Whether managedFields name the subresource through which a field was set.
        subresourceInManagedFields: false,
        /// Whether an old `continue` token is answered from the watch cache.
        servesOldContinue: false,
        prettyCustomResources: false,
        /// The form of an empty object in an answer for people.
        breaksEmptyObjects: true,
        /// An empty text in an apply-patch of a custom resource arrives as null.
        appliesEmptyTextAsNull: true,
        bookmarksFollowAllKinds: false,
        /// Whether a 401 also asks the client to reconnect.
        goAwayWith401: false,
    },
    '1.34': {
        version: {
            major: '1', minor: '34', emulationMajor: '1', emulationMinor: '34', minCompatibilityMajor: '1',
            minCompatibilityMinor: '33', gitVersion: 'v1.34.9', gitCommit: 'ba6535cbb8719c3ba6c3923f2725ba050c87faab',
            gitTreeState: 'clean', buildDate: '1970-01-01T00:00:00Z', goVersion: 'go1.24.4', compiler: 'gc',
            platform: 'linux/amd64',
        },
        celRules: true,
        fieldValidation: true,
        sendInitialEvents: true,
        openapiV3: true,
        indexInPaths: true,
        typeInvalid: true,
        subresourceInManagedFields: true,
        servesOldContinue: true,
        prettyCustomResources: true,
        breaksEmptyObjects: false,
        appliesEmptyTextAsNull: false,
        bookmarksFollowAllKinds: true,
        goAwayWith401: true,
    },
};

module.exports = { profiles };
