# SPDX-License-Identifier: Apache-2.0
"""An independent reader of liuhen evidence, written from docs/format alone."""
