"""Attack deploys at random on throwaway hosts, and hold each promise against what the hosts show.

python -m siege --rounds 100 --seed 7
"""
