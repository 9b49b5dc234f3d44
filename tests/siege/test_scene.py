"""What a round is to be comes from the seed alone, and everything comes up."""

from siege import scene

HOSTS = ("web1", "web2", "web3")
DRAWN = [scene.draw(7, number, HOSTS) for number in range(3000)]


def test_the_same_seed_makes_the_same_round():
    assert [scene.draw(7, number, HOSTS) for number in range(50)] == DRAWN[:50]
    assert scene.draw(8, 0, HOSTS) != DRAWN[0]


def test_every_attack_meets_every_task_that_it_can_meet():
    met = {(each.attack, each.task) for each in DRAWN}
    usual = {
        (attack, task)
        for attack in scene.ATTACKS
        for task in scene.LIMITED.get(attack, scene.TASKS)
        if scene.ATTACKS[attack] * scene.TASKS[task] > 50
    }
    assert usual <= met
    assert {attack for attack, _ in met} == set(scene.ATTACKS)
    assert {task for _, task in met} == set(scene.TASKS)


def test_one_host_and_several_are_struck_early_and_late():
    assert {len(each.victims) for each in DRAWN} == {1, 2, 3}
    assert min(each.fraction for each in DRAWN) < 0.01
    assert max(each.fraction for each in DRAWN) > 0.99


def test_sources_hooks_and_wrong_clocks_come_up_with_other_attacks():
    assert {each.fetched for each in DRAWN} == {True, False}
    assert {each.skew for each in DRAWN} == {0, *scene.SKEWS}
    assert not any(each.fetched and each.linked for each in DRAWN)
    hooked = {each.attack for each in DRAWN if each.hooked}
    assert hooked == set(scene.ATTACKS)
    assert all(each.hooked for each in DRAWN if each.attack == "break a hook")
