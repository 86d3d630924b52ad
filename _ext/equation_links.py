"""A link with words of its own that leads to an equation says both, the words and the number.

Sphinx puts the number in place of whatever the link says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.math import MathDomain

if TYPE_CHECKING:
    from sphinx.addnodes import pending_xref
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment


class NamedEquations(MathDomain):
    """The equations as Sphinx numbers them."""

    def resolve_any_xref(  # noqa: PLR0917 (the signature is Sphinx's)
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: pending_xref,
        contnode: nodes.Element,
    ) -> list[tuple[str, nodes.Element]]:
        """Return the links to an equation, with their own words before its number."""
        found = super().resolve_any_xref(env, fromdocname, builder, target, node, contnode)
        if node.get("refexplicit"):
            for _, link in found:
                link[:] = [contnode, nodes.Text(f"\N{NO-BREAK SPACE}{link.astext()}")]
        return found


def setup(app: Sphinx) -> dict[str, object]:
    """Put it in the place of Sphinx's own."""
    app.add_domain(NamedEquations, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
