"""The language server: findings, quick fixes and the rules' pages inside an editor."""
