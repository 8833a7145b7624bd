// SPDX-License-Identifier: Apache-2.0
// Holds nothing: a target that owns the precompiled header needs a file.
